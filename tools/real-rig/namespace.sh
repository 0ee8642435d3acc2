#!/bin/sh
# Starts a program in a private mount namespace where the rig's pseudo terminals are the machine's only USB serial ports and
# the browser's policy lets chosen addresses use them. Nothing outside the namespace is changed; all of it ends with the
# program.
#
#     unshare --mount --propagation private sh namespace.sh RIG_DIR program [argument ...]
#
# RIG_DIR is laid out by usb-tree.ts: drivers, tty/, dev/, run/udev/, etc/chromium/. Its dev/ holds a link per port to the
# pseudo terminal behind it, so that plugging and unplugging is done from outside, while the program runs.
# Standard input, output and every other open file pass through: a browser is driven over descriptors 3 and 4.
set -e
rig=$1
shift

# What counts as a serial port: the kind of driver that its number belongs to.
mount --bind "$rig/drivers" /proc/tty/drivers
mount --bind "$rig/tty" /sys/class/tty
# Whole folders, not the files in them: nothing has to be created outside for them to be put over.
mount --bind "$rig/run" /run
mount --bind "$rig/etc/chromium" /etc/chromium

# A /dev of our own, with the few devices that a browser needs.
for name in null zero full random urandom tty; do mount --bind "/dev/$name" "$rig/dev/$name"; done
mount --rbind /dev/pts "$rig/dev/pts"
mount --rbind /dev/shm "$rig/dev/shm"
mount --rbind "$rig/dev" /dev

# The tree under /sys/class/tty is no sysfs; this keeps libudev from asking for one.
export SYSTEMD_DEVICE_VERIFY_SYSFS=0
exec "$@"
