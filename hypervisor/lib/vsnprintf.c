#include <stdbool.h>
#include <stdint.h>
#include "lib/printf.h"
#include "lib/string.h"

struct output {
	char *buffer;
	size_t size, length;
};

struct conversion {
	bool left, zero;
	int width, precision, longs;
};

static void put(struct output *out, char c)
{
	if (out->length + 1 < out->size)
		out->buffer[out->length] = c;
	out->length++;
}

static void pad(struct output *out, int count, char c)
{
	while (count-- > 0)
		put(out, c);
}

static void put_string(struct output *out, const struct conversion *conv, const char *s)
{
	int length = 0;

	if (!s)
		s = "(null)";
	while ((conv->precision < 0 || length < conv->precision) && s[length])
		length++;
	pad(out, conv->left ? 0 : conv->width - length, ' ');
	for (int i = 0; i < length; i++)
		put(out, s[i]);
	pad(out, conv->left ? conv->width - length : 0, ' ');
}

static void put_number(struct output *out, const struct conversion *conv, uint64_t value, unsigned base, const char *prefix)
{
	char digits[20];
	int count = 0, length = strlen(prefix);

	do
		digits[count++] = "0123456789abcdef"[value % base];
	while (value /= base);
	int blanks = conv->width - length - count;

	pad(out, conv->left || conv->zero ? 0 : blanks, ' ');
	while (*prefix)
		put(out, *prefix++);
	pad(out, conv->zero && !conv->left ? blanks : 0, '0');
	while (count)
		put(out, digits[--count]);
	pad(out, conv->left ? blanks : 0, ' ');
}

static uint64_t unsigned_argument(const struct conversion *conv, va_list *args)
{
	return conv->longs ? va_arg(*args, uint64_t) : va_arg(*args, unsigned);
}

static void put_signed(struct output *out, const struct conversion *conv, va_list *args)
{
	int64_t value = conv->longs ? va_arg(*args, int64_t) : va_arg(*args, int);

	put_number(out, conv, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0 ? "-" : "");
}

static int number_in_format(const char **format, va_list *args)
{
	int value = 0;

	if (**format == '*') {
		++*format;
		return va_arg(*args, int);
	}
	for (; **format >= '0' && **format <= '9'; ++*format)
		value = value * 10 + **format - '0';
	return value;
}

static struct conversion parse(const char **format, va_list *args)
{
	struct conversion conv = { .precision = -1 };

	for (; **format == '-' || **format == '0'; ++*format)
		*(**format == '-' ? &conv.left : &conv.zero) = true;
	conv.width = number_in_format(format, args);
	if (**format == '.') {
		++*format;
		conv.precision = number_in_format(format, args);
	}
	for (; **format == 'l' || **format == 'z'; ++*format)
		conv.longs++;
	return conv;
}

static void convert(struct output *out, const char **format, va_list *args)
{
	struct conversion conv = parse(format, args);

	switch (**format) {
	case 'c': put(out, va_arg(*args, int)); break;
	case 's': put_string(out, &conv, va_arg(*args, const char *)); break;
	case 'd': put_signed(out, &conv, args); break;
	case 'u': put_number(out, &conv, unsigned_argument(&conv, args), 10, ""); break;
	case 'x': put_number(out, &conv, unsigned_argument(&conv, args), 16, ""); break;
	case 'p': put_number(out, &conv, (uint64_t)va_arg(*args, void *), 16, "0x"); break;
	case '\0': return;
	default: put(out, **format); break;
	}
	++*format;
}

int vsnprintf(char *buffer, size_t size, const char *format, va_list args)
{
	struct output out = { .buffer = buffer, .size = size };
	va_list copy;

	va_copy(copy, args);
	while (*format)
		if (*format != '%')
			put(&out, *format++);
		else {
			format++;
			convert(&out, &format, &copy);
		}
	va_end(copy);
	if (size)
		buffer[out.length < size ? out.length : size - 1] = '\0';
	return out.length;
}

int snprintf(char *buffer, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int length = vsnprintf(buffer, size, format, args);

	va_end(args);
	return length;
}
