/** The Date header: the machine's time, also where the emulator's is virtual, since clients sign by it. */
let date = '';
let dateSecond = 0;

/** Now, as HTTP writes it; made once a second. */
export function httpDate(): string {
  const second = Math.floor(Date.now() / 1_000);
  if (second !== dateSecond) {
    dateSecond = second;
    date = new Date().toUTCString();
  }
  return date;
}
