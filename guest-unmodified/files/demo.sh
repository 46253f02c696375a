# What `make demo` runs in both guests. Each bench marks its phase.
ls
cat readme.txt
write note.txt written inside the guest
cat note.txt
run hello from ring 3
run primes 5000
bench timer
bench text
bench disk 256
bench clock
bench idle
bench compute
halt
