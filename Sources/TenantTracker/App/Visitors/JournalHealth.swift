import ClickPath
import NIOCore
import Synchronization

/// Whether the journal takes records, as far as the last of them tell.
final class JournalHealth: Sendable {
  /// Uptime in nanoseconds; 0 for never.
  private let lastDurable = Atomic<UInt64>(0)
  private let lastLoss = Atomic<UInt64>(0)

  /// Who is not asked for clicks any more must not stay out of service for ever because of the last one.
  private static let memory = TimeAmount.seconds(10)

  func note(_ outcome: JournalOutcome, at now: NIODeadline = .now()) {
    switch outcome {
    case .durable: lastDurable.store(now.uptimeNanoseconds, ordering: .relaxed)
    case .failed: noteLoss(at: now)
    }
  }

  func noteLoss(at now: NIODeadline = .now()) { lastLoss.store(now.uptimeNanoseconds, ordering: .relaxed) }

  func takesRecords(at now: NIODeadline = .now()) -> Bool {
    let loss = lastLoss.load(ordering: .relaxed)
    return loss == 0 || lastDurable.load(ordering: .relaxed) > loss
      || now - NIODeadline.uptimeNanoseconds(loss) > Self.memory
  }
}
