import ClickPath
import Core
import NIOCore

/// What the visitors of one event loop share: their way into the journal, their random numbers, the date. Used on that
/// loop alone.
final class VisitorLane {
  let generator = ChaChaGenerator()
  private let journal: JournalLane
  private let tail: ClickTail
  private let seats: VisitorSeats
  private var date = HTTPDate()
  /// An event on its way into the journal; the memory is kept for the next.
  private var payload: [UInt8] = []

  init(_ journal: Journal, tail: ClickTail, on eventLoop: any EventLoop, health: JournalHealth) {
    self.tail = tail
    let seats = VisitorSeats()
    self.seats = seats
    let bound = NIOLoopBound(seats, eventLoop: eventLoop)
    self.journal = journal.registerLane { tokens, outcome in
      health.note(outcome)
      // One hop for the whole batch.
      eventLoop.execute { bound.value.settle(tokens, outcome) }
    }
    payload.reserveCapacity(1_024)
  }

  /// The Date field's value.
  func date(at now: Timestamp) -> String { date.text(at: now) }

  /// A connection's place; it hears of each of its records through ``VisitorHandler/settle(_:)``.
  func sit(_ handler: VisitorHandler) -> UInt64 { seats.take(handler) }

  /// Gives the place up; nothing of it may be on its way into the journal.
  func leave(_ seat: UInt64) { seats.leave(seat) }

  /// Leaves an event for the next batch; a click is in the tail from then on.
  func append(_ event: JournalEvent, from seat: UInt64) throws(JournalRefusal) {
    payload.removeAll(keepingCapacity: true)
    event.encode(into: &payload)
    // Before it is journaled: the drain lets go of it, and may be quick.
    if case .click(let click) = event { tail.insert(click.id, Array(payload[...])) }
    try journal.append(tenantID: event.tenantID, kind: event.journalKind, payload: payload, token: seat)
  }
}

@available(*, unavailable)
extension VisitorLane: Sendable {}

/// The connections of one event loop by their number, which is their records' token: no table of promises, nothing
/// made per request.
final class VisitorSeats {
  private var handlers: [VisitorHandler?] = []
  private var free: [Int] = []

  func take(_ handler: VisitorHandler) -> UInt64 {
    if let index = free.popLast() {
      handlers[index] = handler
      return UInt64(index)
    }
    handlers.append(handler)
    return UInt64(handlers.count - 1)
  }

  func leave(_ seat: UInt64) {
    handlers[Int(seat)] = nil
    free.append(Int(seat))
  }

  func settle(_ seats: [UInt64], _ outcome: JournalOutcome) {
    for seat in seats {
      // What follows from it may change the table.
      let handler = handlers[Int(seat)]
      handler?.settle(outcome)
    }
  }
}

@available(*, unavailable)
extension VisitorSeats: Sendable {}
