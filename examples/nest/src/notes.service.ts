import { Injectable } from '@nestjs/common'

@Injectable()
export class NotesService {
  readonly #notes = new Map<string, string[]>()

  of(owner: string): readonly string[] {
    return this.#notes.get(owner) ?? []
  }

  add(owner: string, note: string): void {
    this.#notes.set(owner, [...this.of(owner), note])
  }

  clear(owner: string): void {
    this.#notes.delete(owner)
  }
}
