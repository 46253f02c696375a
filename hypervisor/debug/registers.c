#include "debug/registers.h"
#include "lib/printf.h"
#include "lib/string.h"

struct row {
	const char *name;
	unsigned bytes;
	const char *type;
	const char *feature;            /* a new feature begins here */
};

static const struct row rows[REGISTERS] = {
	[REGISTER_RAX] = { "rax", 8, "int64", "org.gnu.gdb.i386.core" },
	[REGISTER_RBX] = { "rbx", 8, "int64", NULL }, [REGISTER_RCX] = { "rcx", 8, "int64", NULL },
	[REGISTER_RDX] = { "rdx", 8, "int64", NULL }, [REGISTER_RSI] = { "rsi", 8, "int64", NULL },
	[REGISTER_RDI] = { "rdi", 8, "int64", NULL }, [REGISTER_RBP] = { "rbp", 8, "data_ptr", NULL },
	[REGISTER_RSP] = { "rsp", 8, "data_ptr", NULL },
	[REGISTER_R8] = { "r8", 8, "int64", NULL }, [REGISTER_R9] = { "r9", 8, "int64", NULL },
	[REGISTER_R10] = { "r10", 8, "int64", NULL }, [REGISTER_R11] = { "r11", 8, "int64", NULL },
	[REGISTER_R12] = { "r12", 8, "int64", NULL }, [REGISTER_R13] = { "r13", 8, "int64", NULL },
	[REGISTER_R14] = { "r14", 8, "int64", NULL }, [REGISTER_R15] = { "r15", 8, "int64", NULL },
	[REGISTER_RIP] = { "rip", 8, "code_ptr", NULL }, [REGISTER_RFLAGS] = { "eflags", 4, "flags", NULL },
	[REGISTER_CS] = { "cs", 4, "int32", NULL }, [REGISTER_SS] = { "ss", 4, "int32", NULL },
	[REGISTER_DS] = { "ds", 4, "int32", NULL }, [REGISTER_ES] = { "es", 4, "int32", NULL },
	[REGISTER_FS] = { "fs", 4, "int32", NULL }, [REGISTER_GS] = { "gs", 4, "int32", NULL },
	[REGISTER_FS_BASE] = { "fs_base", 8, "int64", "org.gnu.gdb.i386.segments" },
	[REGISTER_GS_BASE] = { "gs_base", 8, "int64", NULL },
	[REGISTER_CR0] = { "cr0", 8, "int64", "twinlab.system" },
	[REGISTER_CR2] = { "cr2", 8, "int64", NULL }, [REGISTER_CR3] = { "cr3", 8, "int64", NULL },
	[REGISTER_CR4] = { "cr4", 8, "int64", NULL }, [REGISTER_EFER] = { "efer", 8, "int64", NULL },
};

/* RFLAGS by name. SDM: "EFLAGS Register" */
static const struct { const char *name; unsigned bit; } flags[] = {
	{ "CF", 0 }, { "", 1 }, { "PF", 2 }, { "AF", 4 }, { "ZF", 6 }, { "SF", 7 }, { "TF", 8 }, { "IF", 9 }, { "DF", 10 }, { "OF", 11 },
	{ "NT", 14 }, { "RF", 16 }, { "VM", 17 }, { "AC", 18 }, { "VIF", 19 }, { "VIP", 20 }, { "ID", 21 },
};

static const char *const fpu_names[] = { "fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop" };

static char xml[8192];
static size_t used;

unsigned register_bytes(unsigned number)
{
	if (number >= REGISTERS)
		return 0;
	if (rows[number].name)
		return rows[number].bytes;
	if (number < REGISTER_FCTRL)
		return 10;
	return number >= REGISTER_XMM0 && number < REGISTER_MXCSR ? 16 : number == REGISTER_ORIG_RAX ? 8 : 4;
}

static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void put(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(xml + used, sizeof(xml) - used, format, args);
	va_end(args);
	used += strlen(xml + used);
}

static void put_flags(void)
{
	put("<flags id=\"flags\" size=\"4\">");
	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		put("<field name=\"%s\" start=\"%u\" end=\"%u\"/>", flags[i].name, flags[i].bit, flags[i].bit);
	put("</flags>");
}

/* GDB's core feature of this architecture must list the x87 registers. */
static void put_fpu(void)
{
	for (unsigned i = 0; i < 8; i++)
		put("<reg name=\"st%u\" bitsize=\"80\" type=\"i387_ext\" regnum=\"%u\"/>", i, REGISTER_ST0 + i);
	for (unsigned i = 0; i < 8; i++)
		put("<reg name=\"%s\" bitsize=\"32\" type=\"int\" group=\"float\" regnum=\"%u\"/>", fpu_names[i], REGISTER_FCTRL + i);
}

static void put_rows(void)
{
	for (unsigned i = 0; i < REGISTERS; i++) {
		const struct row *row = &rows[i];

		if (!row->name)
			continue;
		if (row->feature && i > 0)
			put("</feature>");
		if (row->feature)
			put("<feature name=\"%s\">", row->feature);
		if (i == 0) {
			put_flags();
			put_fpu();
		}
		put("<reg name=\"%s\" bitsize=\"%u\" type=\"%s\" regnum=\"%u\"/>", row->name, row->bytes * 8, row->type, i);
	}
	put("</feature>");
}

const char *register_description(size_t *length)
{
	if (!used) {
		put("<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target version=\"1.0\">"
			"<architecture>i386:x86-64</architecture><osabi>none</osabi>");
		put_rows();
		put("</target>");
	}
	*length = used;
	return xml;
}
