/** The provider has said something that is not so, or not in the form that it has to have. */
export class Untrue extends Error {}
