import TestSupport
import Testing

@testable import Database

@Suite struct NotificationListenerTests {
  private func listening(
    _ channels: [String],
    _ body: (AsyncStream<NotificationListener.Notification>, Connection) async throws -> Void
  ) async throws {
    let listener = NotificationListener(dsn: try await roomDatabase().dsn, channels: channels, logger: .silent)
    let sender = try await openConnection()
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { try await listener.run() }
      try await body(listener.notifications, sender)
      tasks.cancelAll()
    }
  }

  @Test func itStartsByAskingForAFullRefreshThenHearsMessages() async throws {
    let (first, second) = (uniqueName("ch").description, "Odd \"name\" \(uniqueName("ch"))")
    try await listening([first, second]) { heard, sender in
      #expect(await heard.next() == .reconnected)
      try await sender.execute("SELECT pg_notify(\(first), 'payload')")
      #expect(await heard.next() == .message(.init(channel: first, payload: "payload")))
      try await sender.execute("SELECT pg_notify(\(second), '')")
      #expect(await heard.next() == .message(.init(channel: second, payload: "")))
    }
  }

  @Test func messagesOfOneTransactionComeInOrderAfterItsCommit() async throws {
    let channel = uniqueName("ch").description
    try await listening([channel]) { heard, sender in
      #expect(await heard.next() == .reconnected)
      try await sender.transaction { sender in
        for number in 0..<100 { try await sender.execute("SELECT pg_notify(\(channel), \("\(number)"))") }
      }
      for number in 0..<100 { #expect(await heard.next() == .message(.init(channel: channel, payload: "\(number)"))) }
    }
  }

  @Test func itReconnectsAndAsksForAFullRefresh() async throws {
    let channel = uniqueName("ch").description
    try await listening([channel]) { heard, sender in
      #expect(await heard.next() == .reconnected)
      try await sender.execute(
        """
        SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
        WHERE application_name = 'trackily-listener' AND query LIKE \("%\(channel)%")
        """)
      #expect(await heard.next() == .reconnected)
      try await sender.execute("SELECT pg_notify(\(channel), 'again')")
      #expect(await heard.next() == .message(.init(channel: channel, payload: "again")))
    }
  }

  @Test func aReceiverTooSlowGetsOneRefreshForAllItMissed() async throws {
    let (stream, continuation) = AsyncStream.makeStream(
      of: NotificationListener.Notification.self, bufferingPolicy: .bufferingOldest(2))
    var outbox = NotificationOutbox(continuation)
    let message = { (number: Int) in NotificationListener.Message(channel: "c", payload: "\(number)") }
    for number in 1...9 { outbox.deliver(message(number)) }
    #expect(outbox.owesRefresh)
    #expect(await stream.next() == .message(message(1)))
    #expect(await stream.next() == .message(message(2)))
    outbox.refresh()
    #expect(!outbox.owesRefresh)
    outbox.deliver(message(10))
    #expect(await stream.next() == .reconnected)
    #expect(await stream.next() == .message(message(10)))
  }

  @Test func theStreamEndsWithTheService() async throws {
    let listener = NotificationListener(dsn: try await roomDatabase().dsn, channels: ["x"], logger: .silent)
    await withTaskGroup { tasks in
      tasks.addTask { try? await listener.run() }
      tasks.cancelAll()
    }
    for await _ in listener.notifications {}
  }
}
