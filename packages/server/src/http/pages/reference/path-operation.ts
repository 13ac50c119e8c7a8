import type { Operation } from '../../open-api/document.ts'

export interface PathOperation {
  method: string
  path: string
  operation: Operation
}
