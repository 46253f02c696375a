/*
 * GDB's `monitor`: what memory, registers and breakpoints do not give. A VMCS is the CPU's secret, read and written by VMREAD and
 * VMWRITE only: fields go by their encodings, tools/gdb-commands knows their names. And GDB has no word for "all others go on".
 */
#include <stdarg.h>
#include "debug/machine.h"
#include "debug/packet.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "vm/vms.h"
#include "vmx/vmcs.h"

static uint32_t held;                   /* bit n: the VM with id n gets no turn */

struct answer {
	char *text;
	size_t size, used;
};

static __attribute__((format(printf, 2, 3))) void say(struct answer *answer, const char *format, ...)
{
	va_list arguments;
	size_t room = answer->size - answer->used, length;

	va_start(arguments, format);
	length = vsnprintf(answer->text + answer->used, room, format, arguments);
	va_end(arguments);
	answer->used += length < room ? length : room - 1;
}

static bool skip_word(const char **text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*text, word, length) || ((*text)[length] != ' ' && (*text)[length] != '\0'))
		return false;
	for (*text += length; **text == ' '; ++*text)
		;
	return true;
}

static bool get_number(const char **text, uint64_t *number)
{
	if ((*text)[0] == '0' && (*text)[1] == 'x')
		*text += 2;
	return packet_get_number(text, number) && skip_word(text, "");
}

static struct vm *get_vm(const char **text, struct answer *answer)
{
	for (unsigned i = 0; i < vm_count; i++)
		if (skip_word(text, vms[i]->name))
			return vms[i];
	say(answer, "there is no such VM\n");
	return NULL;
}

/* The wrappers of vmx.h panic: here a wrong field is no bug of ours. SDM: "Conventions" (VMX instructions) */
static bool try_vmread(uint64_t field, uint64_t *value)
{
	bool failed;

	asm volatile("vmread %2, %0" : "=r"(*value), "=@ccbe"(failed) : "r"(field));
	return !failed;
}

static bool try_vmwrite(uint64_t field, uint64_t value)
{
	bool failed;

	asm volatile("vmwrite %1, %2" : "=@ccbe"(failed) : "r"(value), "r"(field));
	return !failed;
}

/* vmread VM FIELD…: the values in order, "-" for a field that this CPU lacks. */
static void vmread(const char *arguments, struct answer *answer)
{
	const struct vm *vm = get_vm(&arguments, answer);
	uint64_t field, value;

	if (!vm)
		return;
	target_select(vm);
	while (get_number(&arguments, &field))
		if (try_vmread(field, &value))
			say(answer, "%lx ", value);
		else
			say(answer, "- ");
	say(answer, *arguments ? "a field is a hexadecimal encoding\n" : "\n");
}

static void vmwrite(const char *arguments, struct answer *answer)
{
	const struct vm *vm = get_vm(&arguments, answer);
	uint64_t field, value;

	if (!vm)
		return;
	target_select(vm);
	run_until = 0;                          /* what the run loop must look at may have changed */
	if (!get_number(&arguments, &field) || !get_number(&arguments, &value) || *arguments)
		say(answer, "vmwrite wants a VM, a field's encoding and a value, in hexadecimal\n");
	else if (!try_vmwrite(field, value))
		say(answer, "this CPU has no field 0x%lx, or it is read-only\n", field);
	else
		say(answer, "done\n");
}

bool monitor_holds(const struct vm *vm)
{
	return held >> vm->id & 1;
}

void monitor_release(const struct vm *vm)
{
	held &= ~(1u << vm->id);
}

static void hold(const char *arguments, bool on, struct answer *answer)
{
	const struct vm *vm = get_vm(&arguments, answer);

	if (!vm)
		return;
	held = on ? held | 1u << vm->id : held & ~(1u << vm->id);
	run_until = 0;
	say(answer, "done\n");
}

void monitor_command(const char *command, char *text, size_t size)
{
	struct answer answer = { text, size, 0 };

	if (skip_word(&command, "vmread"))
		vmread(command, &answer);
	else if (skip_word(&command, "vmwrite"))
		vmwrite(command, &answer);
	else if (skip_word(&command, "hold"))
		hold(command, true, &answer);
	else if (skip_word(&command, "release"))
		hold(command, false, &answer);
	else
		say(&answer, "monitor commands: vmread VM FIELD..., vmwrite VM FIELD VALUE (numbers in hexadecimal), hold VM, release VM\n");
}
