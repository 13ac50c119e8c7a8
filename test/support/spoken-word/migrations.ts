import type { Migration } from '../../../packages/server/src/index.ts'

export const spokenWordTable: Migration = {
  id: 'spoken-word/0001-spoken-word',
  up: ({ keyed }) => [`CREATE TABLE spoken_word (user_id TEXT PRIMARY KEY, word TEXT NOT NULL) ${keyed}`],
}
