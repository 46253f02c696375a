#pragma once

struct vm;

/* A vCPU's registers, as lines of the log. */
void dump_vcpu(struct vm *vm);
