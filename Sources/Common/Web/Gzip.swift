import CZlib

/// gzip by the system's zlib.
enum Gzip {
  enum Level: Int32 {
    /// For answers made for one request.
    case fast = 4
    /// For what is packed once and sent for ever.
    case best = 9
  }

  /// Nil if zlib has no memory.
  static func compress(_ bytes: [UInt8], level: Level) -> [UInt8]? {
    var stream = z_stream()
    // 15 bits of window, plus 16 for gzip's own header.
    let status = deflateInit2_(
      &stream, level.rawValue, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    var input = bytes
    let bound = Int(deflateBound(&stream, UInt(bytes.count)))
    var isComplete = false
    let output = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      input.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = buffer.baseAddress
        stream.avail_out = UInt32(bound)
        isComplete = deflate(&stream, Z_FINISH) == Z_STREAM_END
        count = bound - Int(stream.avail_out)
      }
    }
    return isComplete ? output : nil
  }
}
