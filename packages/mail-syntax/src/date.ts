const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

let lastSecond = Number.NaN;
let lastText = "";

/** A date-time in UTC as header fields write it (RFC 5322 §3.3). */
export const formatDate = (date: Date): string => {
  const second = Math.floor(date.getTime() / 1000);
  if (second === lastSecond) return lastText;
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  const day = `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  lastSecond = second;
  lastText = `${days[date.getUTCDay()]}, ${day} ${time} +0000`;
  return lastText;
};
