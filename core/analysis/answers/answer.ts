/** What every answer has in common. An answer is the sentence that a page, a command or a report begins with; the reason is shown on demand. */
export interface Answer {
  readonly sentence: string;
  readonly reason: string;
}
