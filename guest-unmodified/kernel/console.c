#include "console.h"
#include "lib.h"
#include "line_editor.h"
#include "mutex.h"
#include "thread.h"

#define CONTROL_C 0x03

static struct mutex output_lock;
static bool panicking;

static struct {
	char bytes[256];
	unsigned head, tail;                    /* count on; the index is the remainder */
	struct wait_queue readers;
} input;

static struct thread *foreground;
static bool interrupted;

void console_write_raw(const char *bytes, size_t n)
{
	bool lock = threads_running();

	if (lock)
		mutex_lock(&output_lock);
	machine_console_write(bytes, n);
	if (lock)
		mutex_unlock(&output_lock);
}

/* Translate as much as fits; what it took of the source. */
static size_t add_carriage_returns(const char *from, size_t n, char *to, size_t size, size_t *length)
{
	size_t taken = 0;

	for (*length = 0; taken < n && *length + 2 <= size; taken++) {
		if (from[taken] == '\n' && (taken == 0 || from[taken - 1] != '\r'))
			to[(*length)++] = '\r';
		to[(*length)++] = from[taken];
	}
	return taken;
}

void console_write(const char *bytes, size_t n)
{
	char translated[256];
	size_t length;

	while (n > 0) {
		size_t taken = add_carriage_returns(bytes, n, translated, sizeof(translated), &length);
		console_write_raw(translated, length);
		bytes += taken;
		n -= taken;
	}
}

void printk(const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	size_t length = format_string_va(text, sizeof(text), format, args);
	va_end(args);
	console_write(text, MIN(length, sizeof(text) - 1));
}

void kernel_panic_begin(void)
{
	interrupts_save_disable();
	panicking = true;
}

bool kernel_panicking(void)
{
	return panicking;
}

void kernel_panic(const char *format, ...)
{
	char text[256];
	va_list args;

	kernel_panic_begin();
	va_start(args, format);
	format_string_va(text, sizeof(text), format, args);
	va_end(args);
	printk("\nkernel panic: %s\n", text);
	for (;;)
		asm volatile("cli; hlt");
}

/* True if there was one. */
static bool interrupt_foreground(void)
{
	interrupted = true;
	if (foreground)
		thread_kill(foreground);
	return foreground;
}

void console_input(char byte)
{
	if (byte == CONTROL_C && interrupt_foreground())
		return;
	if (input.tail - input.head < sizeof(input.bytes))
		input.bytes[input.tail++ % sizeof(input.bytes)] = byte;
	wait_queue_wake_all(&input.readers);
}

/* The next typed byte; -1 if the thread is killed. */
static int read_byte(void)
{
	bool on = interrupts_save_disable();
	int byte = -1;

	while (input.head == input.tail && thread_wait(&input.readers))
		;
	if (input.head != input.tail && !thread_current()->killed)
		byte = (uint8_t)input.bytes[input.head++ % sizeof(input.bytes)];
	interrupts_restore(on);
	return byte;
}

int console_read_line(char *line, size_t size)
{
	static struct mutex reader_lock;
	static struct line_editor editor = { .echo = console_write };
	enum line_event event = LINE_MORE;
	int byte;

	mutex_lock(&reader_lock);
	line_editor_begin(&editor);
	while (event == LINE_MORE && (byte = read_byte()) >= 0)
		event = line_editor_input(&editor, (char)byte);
	if (event == LINE_DONE)
		string_copy(line, editor.line, size);
	mutex_unlock(&reader_lock);
	return event == LINE_DONE ? (int)strlen(line) : -1;
}

void console_set_foreground(struct thread *thread)
{
	foreground = thread;
}

bool console_interrupted(void)
{
	bool was = interrupted;

	interrupted = false;
	return was;
}
