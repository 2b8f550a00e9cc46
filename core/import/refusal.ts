/** Why a file cannot be imported, and what to do: a sentence each. */
export class ImportRefused extends Error {
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.name = 'ImportRefused';
    this.hint = hint;
  }
}
