import {
  type Attributes,
  context,
  propagation,
  ProxyTracerProvider,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from '@opentelemetry/api'
import { version } from '../../config/version.ts'

const tracer = trace.getTracer('latchkey', version)

/**
 * True if the application has set up an SDK of OpenTelemetry. Without one, even a span that does nothing has a cost.
 */
function isTraced(): boolean {
  const provider = trace.getTracerProvider()
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('latchkey') !== undefined
}

const ignore = (): void => {}

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const

/** Runs `work` in a span. Attributes name the work; they never hold values, addresses or secrets. */
export function inSpan<Result>(
  name: string,
  { kind, ...attributes }: Attributes & { kind: keyof typeof kinds },
  work: (set: (attributes: Attributes) => void) => Promise<Result>,
): Promise<Result> {
  if (!isTraced()) return work(ignore)
  return tracer.startActiveSpan(name, { kind: kinds[kind], attributes }, async (span) => {
    try {
      return await work((more) => void span.setAttributes(more))
    } catch (error) {
      // Without its message, which may hold anything.
      span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown')
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}

/**
 * Runs `work` in the trace that a request names (`traceparent`, as the propagator of the SDK reads it), unless the
 * surrounding server has begun a span for it.
 */
export function inTraceOf<Result>(header: Header, work: () => Result): Result {
  if (!isTraced() || trace.getActiveSpan()) return work()
  return context.with(propagation.extract(context.active(), header, fromHeaders), work)
}

/** Looks a header up by its lower-case name. */
type Header = (name: string) => string | null

const fromHeaders: TextMapGetter<Header> = {
  keys: (header) => propagation.fields().filter((name) => header(name) !== null),
  get: (header, name) => header(name.toLowerCase()) ?? undefined,
}
