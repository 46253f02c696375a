# The paravirtual kernel: ../guest-unmodified's boot/ and kernel/, unchanged, and its own machine/ (see guest_kernel there).
$(eval $(call guest_kernel,guest-paravirt,paravirt.elf,))
