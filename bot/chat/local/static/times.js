// Civil times as the server gives them: already in the organisation's zone. The browser's own zones are never asked,
// because its copy of their rules may be older than the server's.

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

export const clockOf = (at) => at.local.slice(11, 16);
export const dayOf = (at) => at.local.slice(0, 10);

/** Give a day in words, as in Friday 20 November. */
export function dayInWords(at) {
  const [year, month, day] = dayOf(at).split("-").map(Number);
  const weekday = DAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()];
  return `${weekday} ${day} ${MONTHS[month - 1]}`;
}

/** Give an instant in full, for those who want to know exactly. */
export const inFull = (at) => `${dayInWords(at)} ${dayOf(at).slice(0, 4)}, ${at.local.slice(11)} ${at.zone}`;

/** Give the minutes between two instants of the same zone. */
export const minutesBetween = (a, b) => Math.abs(Date.parse(`${b.local}Z`) - Date.parse(`${a.local}Z`)) / 60000;
