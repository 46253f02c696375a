#pragma once
struct trap_frame;

void system_call(struct trap_frame *frame);
