#pragma once
/*
 * A line being typed: backspace, ^U (clear), ^C (cancel), up and down through the last lines.
 * Knows neither the console nor threads: bytes in, bytes to show out.
 */
#include <stddef.h>

#define LINE_SIZE 128
#define LINE_HISTORY 8

enum line_event { LINE_MORE, LINE_DONE, LINE_CANCELLED };

struct line_editor {
	void (*echo)(const char *bytes, size_t n);
	char line[LINE_SIZE];                   /* terminated after LINE_DONE */
	size_t length;
	enum { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_BRACKET } escape;
	char history[LINE_HISTORY][LINE_SIZE];
	unsigned remembered;                    /* lines ever; the last LINE_HISTORY of them are here */
	unsigned back;                          /* how far the user has gone back */
};

void line_editor_begin(struct line_editor *editor);
enum line_event line_editor_input(struct line_editor *editor, char byte);
