#include "line_editor.h"
#include "lib.h"

#define CONTROL_C 0x03
#define CONTROL_U 0x15
#define ESCAPE    0x1b
#define DELETE    0x7f

static void show(const struct line_editor *e, const char *text)
{
	e->echo(text, strlen(text));
}

static void erase(struct line_editor *e, size_t count)
{
	for (; count > 0 && e->length > 0; count--) {
		e->length--;
		show(e, "\b \b");
	}
}

static void insert(struct line_editor *e, char byte)
{
	if (e->length == LINE_SIZE - 1 || byte < ' ' || byte == DELETE)
		return;
	e->line[e->length++] = byte;
	e->echo(&byte, 1);
}

static char *remembered_line(struct line_editor *e, unsigned back)
{
	return e->history[(e->remembered - back) % LINE_HISTORY];
}

static void remember(struct line_editor *e)
{
	if (e->length == 0 || (e->remembered > 0 && strcmp(remembered_line(e, 1), e->line) == 0))
		return;
	string_copy(remembered_line(e, 0), e->line, LINE_SIZE);
	e->remembered++;
}

static void go_back_to(struct line_editor *e, unsigned back)
{
	if (back > MIN(e->remembered, LINE_HISTORY))
		return;
	e->back = back;
	erase(e, e->length);
	for (const char *c = back ? remembered_line(e, back) : ""; *c; c++)
		insert(e, *c);
}

/* The arrow keys of a VT100: ESC [ A and ESC [ B; other sequences are swallowed. */
static void escape_sequence(struct line_editor *e, char byte)
{
	if (e->escape == ESCAPE_BEGUN) {
		e->escape = byte == '[' ? ESCAPE_BRACKET : ESCAPE_NONE;
		return;
	}
	if (byte >= '0' && byte <= ';')
		return;
	e->escape = ESCAPE_NONE;
	if (byte == 'A')
		go_back_to(e, e->back + 1);
	else if (byte == 'B' && e->back > 0)
		go_back_to(e, e->back - 1);
}

void line_editor_begin(struct line_editor *e)
{
	e->length = 0;
	e->back = 0;
	e->escape = ESCAPE_NONE;
}

enum line_event line_editor_input(struct line_editor *e, char byte)
{
	if (e->escape != ESCAPE_NONE) {
		escape_sequence(e, byte);
		return LINE_MORE;
	}
	switch (byte) {
	case '\r':
	case '\n':
		e->line[e->length] = '\0';
		remember(e);
		show(e, "\n");
		return LINE_DONE;
	case CONTROL_C:
		show(e, "^C\n");
		return LINE_CANCELLED;
	case CONTROL_U:
		erase(e, e->length);
		return LINE_MORE;
	case '\b':
	case DELETE:
		erase(e, 1);
		return LINE_MORE;
	case ESCAPE:
		e->escape = ESCAPE_BEGUN;
		return LINE_MORE;
	default:
		insert(e, byte);
		return LINE_MORE;
	}
}
