import type { Site } from '../../../page-kit/site.ts'
import type { MethodServices } from '../../method-services.ts'

export type FederationPageServices = Pick<
  MethodServices,
  'config' | 'db' | 'challenges' | 'sessions' | 'cookies'
> & {
  /** Providers as people know them, by id. */
  labels: ReadonlyMap<string, string>
}

export const linkPath = '/link-account'

/** A page of this server passes its own address in full. */
export const asPath = ({ publicUrl }: Site, asked: string | null): string | null =>
  asked?.startsWith(`${publicUrl}/`) ? asked.slice(publicUrl.length) : asked
