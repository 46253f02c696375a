#pragma once
/* Negative results of functions and hypercalls. Linux's numbers; ENOSYS is KVM's (KVM_ENOSYS). */
#define EPERM   1
#define EIO     5
#define E2BIG   7
#define EAGAIN  11
#define ENOMEM  12
#define EFAULT  14
#define EBUSY   16
#define ENODEV  19
#define EINVAL  22
#define ENOSYS  1000
