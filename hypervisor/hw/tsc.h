#pragma once
/* Time-stamp counter to nanoseconds, in the 32-bit multiplier and shift form that the pvclock page uses as well. */
#include <stdint.h>

struct tsc_scale { uint32_t mul; int8_t shift; };       /* ns = ((shift >= 0 ? tsc << shift : tsc >> -shift) * mul) >> 32 */

struct tsc_scale tsc_scale_from_hz(uint64_t hz);        /* the most exact one: mul has its highest bit set. hz is not 0 */
uint64_t tsc_scale(struct tsc_scale scale, uint64_t tsc);

void tsc_init(uint64_t hz);                             /* now is time 0 */
uint64_t tsc_hz(void);
uint64_t tsc_at_boot(void);                             /* the counter's value at time 0 */

/* So many ticks do not count as time: a debugger held the machine. Guests' counters are set back by as many, so for a guest
   time 0 stays at tsc_at_boot(). */
void tsc_stand_still(uint64_t ticks);
uint64_t tsc_stood_still(void);                         /* all so far */

struct tsc_scale tsc_to_ns_scale(void);
uint64_t tsc_from_ns(uint64_t ns);                      /* the counter's value then; the highest value for a time past counting */
static inline uint64_t rdtsc(void) { uint64_t lo, hi; asm volatile("rdtsc" : "=a"(lo), "=d"(hi)); return lo | hi << 32; }
