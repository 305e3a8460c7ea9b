import CCurl
import Synchronization

/// Runs libcurl transfers, all on one thread of its own. The thread starts with the first transfer and ends when the
/// driver is released.
final class CurlDriver: Sendable {
  private let loop: CurlLoop

  /// - Parameter maxTransfers: one more at the same time is refused as ``OutboundError/busy``.
  init(maxTransfers: Int) { loop = CurlLoop(maxTransfers: max(1, maxTransfers)) }

  deinit { loop.close() }

  /// The outcome once the transfer has ended, well or not. Cancelling the task ends the transfer.
  func perform(_ transfer: CurlTransfer) async throws(OutboundError) -> CurlOutcome {
    if let fault = transfer.setUpFault { throw fault }
    let reply = CurlLoop.Reply()
    let number = try loop.submit(transfer, reply)
    let result = await withTaskCancellationHandler {
      await reply.value()
    } onCancel: {
      reply.settle(.failure(.cancelled))
      loop.withdraw(number)
    }
    return try result.get()
  }
}

/// The thread's side of the driver.
private final class CurlLoop: @unchecked Sendable {
  // SAFETY: `multi` belongs to the loop's thread. The one call from other threads is curl_multi_wakeup, which libcurl
  // allows; it is made under the mutex and only before `isClosed`, after which the thread frees the handle.

  typealias Reply = OneShot<Result<CurlOutcome, OutboundError>>

  private struct Arrival: Sendable {
    let number: Int
    let transfer: CurlTransfer
    let reply: Reply
  }

  private struct State {
    var arrivals: [Arrival] = []
    var withdrawn: Set<Int> = []
    var lastNumber = 0
    var underWay = 0
    var isStarted = false
    var isClosed = false
  }

  private let maxTransfers: Int
  private let multi: UnsafeMutableRawPointer?
  private let state = Mutex(State())

  init(maxTransfers: Int) {
    self.maxTransfers = maxTransfers
    multi = CurlLibrary.isReady ? curl_multi_init() : nil
  }

  func submit(_ transfer: CurlTransfer, _ reply: Reply) throws(OutboundError) -> Int {
    let number: Int? = state.withLock { state in
      guard let multi, !state.isClosed, state.underWay < maxTransfers else { return nil }
      if !state.isStarted {
        state.isStarted = OwnThread.start { self.run() }
        guard state.isStarted else { return nil }
      }
      state.lastNumber += 1
      state.underWay += 1
      state.arrivals.append(Arrival(number: state.lastNumber, transfer: transfer, reply: reply))
      curl_multi_wakeup(multi)
      return state.lastNumber
    }
    guard let number else { throw .busy }
    return number
  }

  func withdraw(_ number: Int) {
    state.withLock { state in
      guard let multi, !state.isClosed else { return }
      state.withdrawn.insert(number)
      curl_multi_wakeup(multi)
    }
  }

  /// The thread frees everything on its way out; without a thread that is done here.
  func close() {
    let isThreadless = state.withLock { state in
      if state.isStarted, let multi { curl_multi_wakeup(multi) }
      state.isClosed = true
      return !state.isStarted
    }
    if isThreadless, let multi { curl_multi_cleanup(multi) }
  }

  private func run() {
    guard let multi else { return }
    curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 32)
    var running: [UnsafeMutableRawPointer: Arrival] = [:]
    while true {
      let work = state.withLock { state in
        defer {
          state.arrivals = []
          state.withdrawn = []
        }
        return state
      }
      for arrival in work.arrivals { start(arrival, on: multi, &running) }
      for (handle, arrival) in running where work.isClosed || work.withdrawn.contains(arrival.number) {
        end(handle, on: multi, &running, .failure(.cancelled))
      }
      if work.isClosed { break }
      var active: CInt = 0
      curl_multi_perform(multi, &active)
      collect(from: multi, &running)
      curl_multi_poll(multi, nil, 0, 60_000, nil)
    }
    curl_multi_cleanup(multi)
  }

  private func start(
    _ arrival: Arrival, on multi: UnsafeMutableRawPointer, _ running: inout [UnsafeMutableRawPointer: Arrival]
  ) {
    running[arrival.transfer.handle] = arrival
    let code = curl_multi_add_handle(multi, arrival.transfer.handle)
    if code != CURLM_OK {
      end(arrival.transfer.handle, on: multi, &running, .failure(.broken(code: Int(code.rawValue))))
    }
  }

  private func collect(from multi: UnsafeMutableRawPointer, _ running: inout [UnsafeMutableRawPointer: Arrival]) {
    var left: CInt = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
        let arrival = running[handle]
      else { continue }
      end(handle, on: multi, &running, .success(arrival.transfer.outcome(message.pointee.data.result)))
    }
  }

  private func end(
    _ handle: UnsafeMutableRawPointer, on multi: UnsafeMutableRawPointer,
    _ running: inout [UnsafeMutableRawPointer: Arrival], _ result: Result<CurlOutcome, OutboundError>
  ) {
    curl_multi_remove_handle(multi, handle)
    let arrival = running.removeValue(forKey: handle)
    state.withLock { $0.underWay -= 1 }
    arrival?.reply.settle(result)
  }
}
