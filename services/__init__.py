"""One room per service, and the kernel they stand on."""
