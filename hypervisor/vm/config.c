#include <stdbool.h>
#include "lib/printf.h"
#include "lib/string.h"
#include "vm/config.h"

#define WORD_MAX    512
#define MEMORY_MIN  (1ull << 20)
#define MEMORY_MAX  (1ull << 30)
#define MEMORY_DEFAULT (16ull << 20)

const char *const vm_kind_names[VM_KINDS] = {
	[VM_UNMODIFIED] = "unmodified", [VM_PARAVIRT] = "paravirt", [VM_ENLIGHTENED] = "enlightened",
};

struct parser {
	struct vm_config *config;
	char *error;
	unsigned error_size;
	bool has_kind;
};

static bool fail(struct parser *parser, const char *problem, const char *word)
{
	snprintf(parser->error, parser->error_size, "vm=%s: %s '%s'", parser->config->name, problem, word);
	return false;
}

/* Copy the next word to word, without the quotes and backslashes that GRUB put in. Returns where it ends, NULL if there is none. */
static const char *next_word(const char *text, char word[WORD_MAX])
{
	bool quoted = false;
	unsigned length = 0;

	while (*text == ' ')
		text++;
	if (!*text)
		return NULL;
	for (; *text && (quoted || *text != ' '); text++) {
		if (*text == '"') {
			quoted = !quoted;
			continue;
		}
		if (*text == '\\' && text[1])
			text++;
		if (length < WORD_MAX - 1)
			word[length++] = *text;
	}
	word[length] = '\0';
	return text;
}

static bool parse_number(const char *text, uint64_t *value, const char **rest)
{
	*value = 0;
	*rest = text;
	for (; **rest >= '0' && **rest <= '9'; ++*rest)
		if (*value < 1ull << 40)
			*value = *value * 10 + (**rest - '0');
	return *rest != text;
}

static bool copy_name(char to[VM_NAME_MAX], const char *from)
{
	size_t length = strlen(from);

	for (const char *c = from; *c; c++)
		if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9') && *c != '-' && *c != '_')
			return false;
	if (length == 0 || length >= VM_NAME_MAX)
		return false;
	memcpy(to, from, length + 1);
	return true;
}

static bool set_kind(struct parser *parser, const char *value)
{
	enum vm_kind kind = 0;

	while (kind < VM_KINDS && strcmp(value, vm_kind_names[kind]))
		kind++;
	parser->config->kind = kind;
	parser->has_kind = kind < VM_KINDS;
	return parser->has_kind || fail(parser, "kind must be unmodified, paravirt or enlightened, not", value);
}

static bool set_memory(struct parser *parser, const char *value)
{
	const char *rest;
	uint64_t number;

	if (!parse_number(value, &number, &rest) || strlen(rest) != 1 || (*rest != 'M' && *rest != 'K'))
		return fail(parser, "mem wants a number with K or M, not", value);
	number <<= *rest == 'M' ? 20 : 10;
	if (number < MEMORY_MIN || number > MEMORY_MAX || number % PAGE_SIZE)
		return fail(parser, "mem must be 1M to 1024M in whole pages, not", value);
	parser->config->memory_size = number;
	return true;
}

static bool is_partition(const char *value)
{
	return value[0] >= '1' && value[0] <= '4' && !value[1];
}

static bool set_disk(struct parser *parser, const char *value)
{
	if (!is_partition(value))
		return fail(parser, "disk wants a partition number, 1 to 4, not", value);
	parser->config->disk = value[0] - '0';
	return true;
}

static bool set_console(struct parser *parser, const char *value)
{
	if (strncmp(value, "com", 3) || value[3] < '2' || value[3] > '4' || value[4])
		return fail(parser, "console wants com2, com3 or com4, not", value);
	parser->config->console = value[3] - '0';
	return true;
}

static bool set_kernel(struct parser *parser, const char *value)
{
	return copy_name(parser->config->kernel, value) || fail(parser, "kernel wants the name of a boot module, not", value);
}

static bool set_hide(struct parser *parser, const char *value)
{
	parser->config->hides_time = !strcmp(value, "time");
	return parser->config->hides_time || fail(parser, "hide wants time, not", value);
}

static bool set_when(struct parser *parser, const char *value)
{
	parser->config->waits = !strcmp(value, "memory");
	return parser->config->waits || fail(parser, "when wants memory, not", value);
}

static bool set_autorun(struct parser *parser, const char *value)
{
	if (strlen(value) >= AUTORUN_MAX)
		return fail(parser, "autorun is longer than 255 characters:", value);
	memcpy(parser->config->autorun, value, strlen(value) + 1);
	return true;
}

static const struct {
	const char *key;
	bool (*set)(struct parser *parser, const char *value);
} options[] = {
	{ "kind", set_kind }, { "mem", set_memory }, { "disk", set_disk },
	{ "console", set_console }, { "kernel", set_kernel }, { "hide", set_hide }, { "when", set_when }, { "autorun", set_autorun },
};

static bool parse_option(struct parser *parser, char *option)
{
	char *value = option;

	while (*value && *value != '=')
		value++;
	if (*value)
		*value++ = '\0';
	for (unsigned i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (!strcmp(option, options[i].key))
			return options[i].set(parser, value);
	return fail(parser, "unknown word", option);
}

/* End the option at its comma; autorun= has none. Returns the next option, or NULL. */
static char *split_option(char *option)
{
	if (!strncmp(option, "autorun=", 8))
		return NULL;
	for (; *option; option++)
		if (*option == ',') {
			*option = '\0';
			return option + 1;
		}
	return NULL;
}

static bool parse_vm(struct parser *parser, char *name)
{
	struct vm_config *config = parser->config;
	bool cut = strlen(name) == WORD_MAX - 1 - strlen("vm=");        /* as many as next_word() keeps */
	char *option = split_option(name);

	*config = (struct vm_config){ .memory_size = MEMORY_DEFAULT };
	parser->has_kind = false;
	if (!copy_name(config->name, name))
		return fail(parser, "the name wants 1 to 23 of a-z 0-9 - _, not", name);
	if (cut)
		return fail(parser, "longer than 510 characters: the word", "vm=");
	while (option) {
		char *next = split_option(option);

		if (!parse_option(parser, option))
			return false;
		option = next;
	}
	if (!parser->has_kind)
		return fail(parser, "missing word", "kind=");
	if (config->hides_time && config->kind != VM_UNMODIFIED)
		return fail(parser, "its pvclock would go wrong with", "hide=time");
	if (!config->kernel[0])
		copy_name(config->kernel, vm_kind_names[config->kind]);
	return true;
}

/* Two VMs may share a kernel, nothing else: the second would overwrite the first one's files, or mix up its lines. */
static bool is_distinct(struct parser *parser, const struct vm_config *others, int count)
{
	const struct vm_config *config = parser->config;

	for (int i = 0; i < count; i++) {
		if (!strcmp(others[i].name, config->name))
			return fail(parser, "this name is taken:", config->name);
		if (config->disk && others[i].disk == config->disk)
			return fail(parser, "this disk is already that of", others[i].name);
		if (config->console && others[i].console == config->console)
			return fail(parser, "this console is already that of", others[i].name);
	}
	return true;
}

int config_parse(const char *command_line, struct vm_config configs[VM_MAX], char *error, unsigned error_size)
{
	struct parser parser = { .error = error, .error_size = error_size };
	char word[WORD_MAX];
	int count = 0;

	while ((command_line = next_word(command_line, word))) {
		if (strncmp(word, "vm=", 3))
			continue;
		if (count == VM_MAX) {
			snprintf(error, error_size, "more than %d vm= words", VM_MAX);
			return -1;
		}
		parser.config = &configs[count];
		if (!parse_vm(&parser, word + 3) || !is_distinct(&parser, configs, count))
			return -1;
		count++;
	}
	return count;
}

/* NULL, or the VM whose disk that partition is. */
static const struct vm_config *owner_of(unsigned partition, const struct vm_config *configs, int count)
{
	for (int i = 0; i < count; i++)
		if (configs[i].disk == partition)
			return &configs[i];
	return NULL;
}

int config_trace(const char *command_line, const struct vm_config *configs, int count, char *error, unsigned error_size)
{
	char word[WORD_MAX];
	int partition = 0;

	while ((command_line = next_word(command_line, word))) {
		if (strncmp(word, "trace=", 6))
			continue;
		if (!is_partition(word + 6)) {
			snprintf(error, error_size, "trace wants a partition number, 1 to 4, not '%s'", word + 6);
			return -1;
		}
		partition = word[6] - '0';
	}
	const struct vm_config *owner = partition ? owner_of(partition, configs, count) : NULL;

	if (!owner)
		return partition;
	snprintf(error, error_size, "trace=%d: this partition is the disk of '%s'", partition, owner->name);
	return -1;
}
