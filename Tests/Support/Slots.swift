import Synchronization

/// Lets so many hold something at a time, as far as that goes: who has waited very long is let through, so that tests
/// that need several can't lock each other out for ever.
final class Slots: Sendable {
  private let free: Mutex<Int>
  private let patience: Duration = .seconds(300)

  init(count: Int) { free = Mutex(count) }

  func take() async {
    let deadline = ContinuousClock.now + patience
    while true {
      let isTaken = free.withLock { free in
        guard free > 0 || ContinuousClock.now >= deadline || Task.isCancelled else { return false }
        free -= 1
        return true
      }
      if isTaken { return }
      try? await Task.sleep(for: .milliseconds(20))
    }
  }

  func giveBack() { free.withLock { $0 += 1 } }
}
