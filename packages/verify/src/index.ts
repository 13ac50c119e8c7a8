export { VerifyError, type VerifyErrorCode } from './verify-error.ts'
