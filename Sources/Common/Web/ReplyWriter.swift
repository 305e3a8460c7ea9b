import HummingbirdCore
import NIOCore

/// Takes a streamed body piece by piece and waits when the client is slower.
public struct ReplyWriter: Sendable {
  private let connection: Connection

  init(_ writer: any ResponseBodyWriter) { connection = Connection(writer) }

  public func write(_ bytes: [UInt8]) async throws { try await connection.write(ByteBuffer(bytes: bytes)) }

  public func write(_ text: String) async throws { try await connection.write(ByteBuffer(string: text)) }

  func finish() async throws { try await connection.finish() }

  // SAFETY: only the task that writes this answer uses it, one call after the other; the framework's writer is merely
  // not marked Sendable.
  private final class Connection: @unchecked Sendable {
    private var writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    @concurrent func write(_ buffer: ByteBuffer) async throws { try await writer.write(buffer) }

    @concurrent func finish() async throws { try await writer.finish(nil) }
  }
}
