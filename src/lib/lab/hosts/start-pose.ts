// Where the virtual arm stands at first: gripper above the table, pointing down, nothing hidden from above. LeRobot units.
export const START_POSE = [0, -60, 25, 90, 0, 20] as const;
