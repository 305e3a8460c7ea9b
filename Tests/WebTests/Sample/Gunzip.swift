import CZlib

struct GunzipError: Error {}

/// Unpacks gzip by the system's zlib.
func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
  var stream = z_stream()
  guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
    throw GunzipError()
  }
  defer { inflateEnd(&stream) }
  var input = bytes
  var output: [UInt8] = []
  var status = Z_OK
  input.withUnsafeMutableBufferPointer { source in
    stream.next_in = source.baseAddress
    stream.avail_in = UInt32(source.count)
    while status == Z_OK {
      let piece = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
        stream.next_out = buffer.baseAddress
        stream.avail_out = 65_536
        status = inflate(&stream, Z_NO_FLUSH)
        count = 65_536 - Int(stream.avail_out)
      }
      output += piece
    }
  }
  guard status == Z_STREAM_END else { throw GunzipError() }
  return output
}
