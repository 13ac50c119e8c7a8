/** Thrown when a provider's answer is false or malformed. */
export class Untrue extends Error {}
