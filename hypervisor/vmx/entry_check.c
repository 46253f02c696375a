#include <stdarg.h>
#include "lib/printf.h"
#include "vmx/entry_rules.h"

/* A field's encoding says how wide it is. SDM: "Field Encoding in the VMCS" */
static int hex_digits(enum vmcs_field field)
{
	static const uint8_t digits[] = { 4, 16, 8, 16 };

	return digits[field >> 13 & 3];
}

void entry_rule_fails(struct entry_check *check, enum vmcs_field field, const char *name, const char *format, ...)
{
	char sentence[ENTRY_CHECK_SENTENCE];
	int length = snprintf(sentence, sizeof(sentence), "%s 0x%0*lx: ", name, hex_digits(field), check->view->read(field));
	va_list args;

	va_start(args, format);
	vsnprintf(sentence + length, sizeof(sentence) - length, format, args);
	va_end(args);
	check->failures++;
	check->found(check->context, sentence);
}

unsigned entry_check(const struct vmcs_view *view, void (*found)(void *context, const char *sentence), void *context)
{
	struct entry_check check = { .view = view, .found = found, .context = context };

	check_controls(&check);
	check_event_injection(&check);
	check_host_state(&check);
	check_guest_registers(&check);
	check_guest_segments(&check);
	check_guest_activity(&check);
	return check.failures;
}
