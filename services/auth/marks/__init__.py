"""What was registered of late, of free and of taken addresses alike."""
