import type { DatabaseEvent } from '../../db/database.ts'
import type { Log } from './log.ts'

/** One line when the database went away, one when it is back, one for a lock that was held too long. */
export const logDatabase =
  (log: Log) =>
  (event: DatabaseEvent): void => {
    switch (event.kind) {
      case 'away':
        log.error('the database is away', { reason: event.reason })
        break
      case 'back':
        log.warn('the database is back', { awayFor: `${(event.awayFor / 1000).toFixed(1)} s` })
        break
      case 'locked':
        log.warn('a lock was not released in time', { wanted: event.wanted, holders: event.holders })
        break
      case 'pooled':
        log.info(
          'a pooler is before PostgreSQL: changes of other servers are polled, statements are not prepared',
        )
        break
    }
  }
