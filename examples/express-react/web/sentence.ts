import { AuthClientError } from '@latchkey/client'
import { isAxiosError } from 'axios'

const unreachable = 'The server cannot be reached. Nothing is lost: try again in a moment.'

/** Returns the sentence that people read for an error. */
export function sentenceOf(error: unknown): string {
  if (error instanceof AuthClientError) return sentenceOfCode(error)
  if (!isAxiosError<{ detail?: string; errors?: { message: string }[] }>(error)) {
    return 'Something went wrong.'
  }
  if (!error.response) return unreachable
  const { detail, errors } = error.response.data
  return errors?.[0]?.message ?? detail ?? 'Something went wrong on our side.'
}

function sentenceOfCode({ code, message, retryAfter }: AuthClientError): string {
  switch (code) {
    case 'offline':
    case 'timeout':
    case 'unexpected_answer':
    case 'unavailable':
      return unreachable
    case 'rate_limited':
    case 'overloaded':
      return `Too many tries. Wait ${retryAfter ?? 'some'} seconds.`
    case 'invalid_credentials':
      return 'The address or the password is wrong.'
    case 'email_taken':
      return 'This address has an account already: log in instead.'
    case 'password_too_common':
      return 'This password is easy to guess. Take a few words in a row.'
    case 'challenge_invalid':
      return 'This link was used already, or is too old. Ask for a new one.'
    case 'invalid_input':
      return 'Please look at what is marked.'
    default:
      return message
  }
}
