const units = ["B", "kB", "MB", "GB", "TB"] as const;

/** "812 B", "3.4 kB" */
export const byteSize = (bytes: number): string => {
  let value = bytes;
  let index = 0;
  while (value >= 1000 && index < units.length - 1) {
    value /= 1000;
    index++;
  }
  return `${index === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[index]}`;
};
