#pragma once

/* Run all VMs until each is off or faulted. */
void run_all(void);
