/*
 * Next year's kernel calls this after it has written a file: return when all that was written is on the disk, not only in the drive's
 * memory. 0, or negative if the disk said no. labs/lab4-complexity/next-year.patch shows how the authors did it for the PC.
 */
int machine_disk_flush(void)
{
	lab_blank("4D", "labs/lab4-complexity");
}
