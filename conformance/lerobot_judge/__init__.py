"""Parts of the LeRobot judge. The programs beside this folder put them together."""
