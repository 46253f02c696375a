#pragma once
/*
 * The interface between the hypervisor and a guest that knows it runs on one.
 * This is the only header that the paravirt guest shares with the hypervisor. Structures are little-endian and packed as written.
 *
 * Hypercall: VMCALL with the number in RAX and arguments in RBX, RCX, RDX, RSI (KVM's register order); the result comes back in
 * RAX, a negative errno on failure; no other register changes. From ring 3: -EPERM. Unknown number: -ENOSYS (1000, as in KVM).
 * Every address in an argument or a structure is guest-physical.
 */
#include <stdint.h>

/* ---- Discovery: CPUID ---- */
#define PV_CPUID_HYPERVISOR_BIT  (1u << 31)     /* CPUID 1, ECX */
#define PV_CPUID_BASE            0x40000000u    /* EAX: highest leaf; EBX ECX EDX: the signature */
#define PV_SIGNATURE             "TwinTwinTwin"
#define PV_CPUID_FEATURES        0x40000001u    /* EAX: ABI version; EBX: feature bits */
#define PV_ABI_VERSION           1
#define PV_FEATURE_CLOCK         (1u << 0)      /* pvclock page */
#define PV_FEATURE_STEAL_TIME    (1u << 1)
#define PV_FEATURE_EVENTS        (1u << 2)
#define PV_FEATURE_CONSOLE       (1u << 3)
#define PV_FEATURE_BLOCK         (1u << 4)
#define PV_FEATURE_TIMER         (1u << 5)
#define PV_FEATURE_IDLE          (1u << 6)
#define PV_FEATURE_BALLOON       (1u << 7)
#define PV_FEATURE_SHUTDOWN      (1u << 8)

#define KVM_CPUID_BASE           0x40000100u    /* "KVMKVMKVM\0\0\0": stock Linux looks here */
#define KVM_CPUID_FEATURES       0x40000101u    /* EAX */
#define KVM_FEATURE_CLOCKSOURCE2 (1u << 3)
#define KVM_FEATURE_STEAL_TIME   (1u << 5)
#define KVM_FEATURE_CLOCKSOURCE_STABLE_BIT (1u << 24)

/* ---- MSRs (KVM's numbers and structures) ---- */
#define MSR_KVM_WALL_CLOCK_NEW   0x4b564d00u    /* write an address: seconds and nanoseconds of day 0 of the clock below */
#define MSR_KVM_SYSTEM_TIME_NEW  0x4b564d01u    /* address | 1 enables */
#define MSR_KVM_STEAL_TIME       0x4b564d03u    /* address (64-byte aligned) | 1 enables */

struct pvclock_wall_clock {
	uint32_t version, sec, nsec;
};

struct pvclock_time_info {                      /* 32 bytes, must not cross a page */
	uint32_t version;                       /* odd while the hypervisor writes */
	uint32_t pad0;
	uint64_t tsc_timestamp;
	uint64_t system_time;                   /* ns at tsc_timestamp */
	uint32_t tsc_to_system_mul;
	int8_t tsc_shift;
	uint8_t flags;                          /* bit 0: stable, monotonic over all CPUs */
	uint8_t pad[2];
};
#define PVCLOCK_TSC_STABLE_BIT 1

struct pv_steal_time {                          /* 64 bytes; KVM's kvm_steal_time */
	uint64_t steal;                         /* ns runnable while another VM ran */
	uint32_t version;
	uint32_t flags;
	uint8_t preempted;
	uint8_t u8_pad[3];
	uint32_t pad[11];
};

/* ---- Hypercalls ---- */
enum pv_hypercall {
	PV_HC_FIRST = 0x100,
	PV_HC_NULL = PV_HC_FIRST,       /* () → 0: what a call costs */
	PV_HC_CONSOLE_WRITE,            /* (address, length ≤ 64 KiB) → bytes taken, 0 to length; more after PV_EVENT_CONSOLE */
	PV_HC_CONSOLE_READ,             /* (address, length ≤ 64 KiB) → bytes stored. Until an enlightened guest's first such
	                                   call its UART gets what is typed */
	PV_HC_EVENT_SETUP,              /* (address of struct pv_event_page, vector 32 to 255) → 0 */
	PV_HC_SET_TIMER,                /* (deadline, ns of the pvclock; 0 disarms) → 0; then PV_EVENT_TIMER, once */
	PV_HC_IDLE,                     /* () → 0 once an event is pending; at once if one is. Call it with interrupts off, or as
	                                   STI; VMCALL: like STI; HLT, no interrupt comes between the two */
	PV_HC_BLOCK_SETUP,              /* (address of struct pv_block_setup) → 0, -ENODEV without a disk */
	PV_HC_BLOCK_NOTIFY,             /* () → 0: look at the available ring */
	PV_HC_BALLOON,                  /* (first page number, pages, PV_BALLOON_GIVE or _TAKE) → pages moved, at most 1024 a
	                                   call, or a negative errno if none was: -EINVAL not the guest's memory or already so,
	                                   -ENOMEM the host's is used up */
	PV_HC_SHUTDOWN,                 /* (reason) does not return */
	PV_HC_PHASE,                    /* (POST code 0 to 255) → 0: what the unmodified guest writes to port 0x80 */
	PV_HC_END
};

#define PV_BALLOON_GIVE 0               /* to the host: the pages are gone, touching one is fatal */
#define PV_BALLOON_TAKE 1               /* back from the host, zeroed */
#define PV_SHUTDOWN_POWER_OFF 0
#define PV_SHUTDOWN_CRASH     1
#define PV_SHUTDOWN_RESET     2

/* ---- Events: one callback vector, one pending bitmap, no end-of-interrupt ---- */
enum pv_event { PV_EVENT_CONSOLE, PV_EVENT_TIMER, PV_EVENT_BLOCK };

/* 8 bytes, 8-byte aligned. The hypervisor sets bit n with an atomic OR and injects the vector when the bitmap was 0;
   the guest's handler takes all bits at once with XCHG and needs no further exit. Events that came before PV_HC_EVENT_SETUP come
   with it. A callback may find the bitmap 0, if the guest took the bits by itself meanwhile. An enlightened guest gets the
   callback beside the interrupts of its 8259, whatever that one masks or has in service: the vector should be none of its. */
struct pv_event_page {
	uint64_t pending;
};

/* ---- Block: a virtio 1.x split virtqueue with virtio-blk requests (OASIS, Virtual I/O Device 1.1, "Split Virtqueues",
   "Block Device"). Only the notification differs: PV_HC_BLOCK_NOTIFY instead of a register, PV_EVENT_BLOCK instead of an
   interrupt. ---- */
struct pv_block_setup {
	uint32_t queue_size;            /* a power of two, 2 to 256 */
	uint32_t reserved;
	uint64_t desc, avail, used;     /* the three parts of the ring; 16-, 2- and 4-byte aligned */
	uint64_t capacity;              /* written by the hypervisor: sectors of 512 bytes */
};

struct virtq_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};
#define VIRTQ_DESC_F_NEXT  1
#define VIRTQ_DESC_F_WRITE 2            /* the device writes, the driver reads */

struct virtq_avail {
	uint16_t flags;                 /* VIRTQ_AVAIL_F_NO_INTERRUPT */
	uint16_t idx;
	uint16_t ring[];
};
#define VIRTQ_AVAIL_F_NO_INTERRUPT 1

struct virtq_used_elem { uint32_t id, len; };
struct virtq_used {
	uint16_t flags;
	uint16_t idx;
	struct virtq_used_elem ring[];
};

struct virtio_blk_req {                 /* the first descriptor; then data; last, one status byte that the device writes */
	uint32_t type;
	uint32_t reserved;
	uint64_t sector;
};
#define VIRTIO_BLK_T_IN     0
#define VIRTIO_BLK_T_OUT    1
#define VIRTIO_BLK_T_FLUSH  4
#define VIRTIO_BLK_S_OK     0
#define VIRTIO_BLK_S_IOERR  1
#define VIRTIO_BLK_S_UNSUPP 2
