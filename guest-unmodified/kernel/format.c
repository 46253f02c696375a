/* printf's formatting, the part of it that the kernel needs. */
#include "lib.h"

struct output {
	char *buffer;
	size_t size, length;
};

struct conversion {
	bool left, zero;
	int width;
	int longs;                              /* how many l; z counts as two */
};

static void put(struct output *out, char c)
{
	if (out->length + 1 < out->size)
		out->buffer[out->length] = c;
	out->length++;
}

static void put_padded(struct output *out, const struct conversion *c, const char *text, size_t n)
{
	size_t width = (size_t)c->width, padding = width > n ? width - n : 0;

	for (size_t i = 0; !c->left && i < padding; i++)
		put(out, c->zero ? '0' : ' ');
	for (size_t i = 0; i < n; i++)
		put(out, text[i]);
	for (size_t i = 0; c->left && i < padding; i++)
		put(out, ' ');
}

static void put_number(struct output *out, struct conversion *c, uint64_t value, unsigned base, bool negative)
{
	char digits[24];
	char *first = digits + sizeof(digits);

	do
		*--first = "0123456789abcdef"[value % base];
	while ((value /= base) != 0);
	if (negative && c->zero) {
		put(out, '-');
		c->width -= c->width > 0;
	} else if (negative) {
		*--first = '-';
	}
	put_padded(out, c, first, (size_t)(digits + sizeof(digits) - first));
}

static const char *parse_conversion(const char *f, struct conversion *c, va_list *args)
{
	for (; *f == '-' || *f == '0'; f++)
		*(*f == '-' ? &c->left : &c->zero) = true;
	if (*f == '*') {
		int width = va_arg(*args, int);
		c->left |= width < 0;
		c->width = width < 0 ? -width : width;
		f++;
	}
	for (; *f >= '0' && *f <= '9'; f++)
		c->width = c->width * 10 + *f - '0';
	for (; *f == 'l' || *f == 'z'; f++)
		c->longs += *f == 'z' ? 2 : 1;
	return f;
}

static void put_conversion(struct output *out, char kind, struct conversion *c, va_list *args)
{
	int64_t n;
	char byte;
	const char *text;

	switch (kind) {
	case 'd':
		n = c->longs ? va_arg(*args, int64_t) : va_arg(*args, int);
		put_number(out, c, n < 0 ? -(uint64_t)n : (uint64_t)n, 10, n < 0);
		break;
	case 'u':
	case 'x':
		put_number(out, c, c->longs ? va_arg(*args, uint64_t) : va_arg(*args, unsigned), kind == 'x' ? 16 : 10, false);
		break;
	case 'p':
		put_number(out, &(struct conversion){ .zero = true, .width = 16 }, (uint64_t)va_arg(*args, void *), 16, false);
		break;
	case 's':
		text = va_arg(*args, const char *);
		put_padded(out, c, text, strlen(text));
		break;
	case 'c':
		byte = (char)va_arg(*args, int);
		put_padded(out, c, &byte, 1);
		break;
	default:
		put(out, kind);
	}
}

size_t format_string_va(char *buffer, size_t size, const char *format, va_list args)
{
	struct output out = { .buffer = buffer, .size = size };
	va_list rest;

	va_copy(rest, args);
	while (*format) {
		struct conversion c = { 0 };
		if (*format != '%') {
			put(&out, *format++);
			continue;
		}
		format = parse_conversion(format + 1, &c, &rest);
		if (*format)
			put_conversion(&out, *format++, &c, &rest);
	}
	va_end(rest);
	buffer[MIN(out.length, size - 1)] = '\0';
	return out.length;
}

size_t format_string(char *buffer, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	size_t length = format_string_va(buffer, size, format, args);
	va_end(args);
	return length;
}
