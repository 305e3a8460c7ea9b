import CCurl
import Core

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What one transfer came to.
struct CurlOutcome: Sendable {
  /// `CURLcode`; 0 is success.
  let code: UInt32
  /// The HTTP status or the last SMTP reply's code; 0 if there was none.
  let status: Int
  /// Header lines of HTTP's final answer, or all replies of an SMTP server.
  let lines: [String]
  let body: [UInt8]
  /// What curl tells of the server's own certificate, `Name:value` each; empty unless the transfer was told to keep it.
  let certificate: [String]
  /// Why we ended the transfer ourselves.
  let fault: OutboundError?
}

/// One libcurl easy handle with its options, what it uploads and what it has received.
final class CurlTransfer: @unchecked Sendable {
  // SAFETY: one thread at a time. The task that builds it hands it to the driver's thread through the driver's mutex
  // and doesn't touch it again; the outcome comes back as a value.

  let handle: UnsafeMutableRawPointer
  private let responseLimit: Int
  private let permits: @Sendable (IPAddress) -> Bool
  private var lists: [UnsafeMutablePointer<curl_slist>] = []
  private var upload: ArraySlice<UInt8> = []
  private var lines: [String] = []
  private var lineBytes = 0
  private var body: [UInt8] = []
  private var received = 0
  private var fault: OutboundError?

  /// Takes the body of a successful answer piece by piece, in place of memory.
  var sink: OutboundSink?

  private static let lineBytesLimit = 65_536
  /// With a ``sink``, of any other answer's body so much is kept.
  private static let refusalLimit = 65_536

  /// - Parameters:
  ///   - protocols: curl's comma-separated list of what may be spoken, for instance `http,https`.
  ///   - responseLimit: bytes of body received before the transfer is ended as too large.
  ///   - permits: asked for each address right before a socket to it is opened.
  init?(
    url: String, protocols: String, responseLimit: Int, permits: @escaping @Sendable (IPAddress) -> Bool
  ) {
    guard CurlLibrary.isReady, let handle = curl_easy_init() else { return nil }
    self.handle = handle
    self.responseLimit = responseLimit
    self.permits = permits
    set(CURLOPT_URL, url)
    set(CURLOPT_PROTOCOLS_STR, protocols)
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_PROXY, "")  // none, whatever the environment says
    let context = Unmanaged.passUnretained(self).toOpaque()
    require(curl_set_callback(handle, CURLOPT_WRITEFUNCTION, receiveBody))
    require(curl_set_pointer(handle, CURLOPT_WRITEDATA, context))
    require(curl_set_callback(handle, CURLOPT_HEADERFUNCTION, receiveLine))
    require(curl_set_pointer(handle, CURLOPT_HEADERDATA, context))
    require(curl_set_open_socket(handle, openSocket, context))
  }

  deinit {
    curl_easy_cleanup(handle)
    for list in lists { curl_slist_free_all(list) }
  }

  /// Set when curl refused an option: such a transfer must not start.
  var setUpFault: OutboundError? { fault }

  func set(_ option: CURLoption, _ value: Int) { require(curl_set_long(handle, option, value)) }

  /// curl keeps a copy.
  func set(_ option: CURLoption, _ value: String) { require(curl_set_pointer(handle, option, value)) }

  func set(_ option: CURLoption, milliseconds duration: Duration) {
    set(option, Int(clamping: max(1, duration.wholeMicroseconds / 1_000)))
  }

  func set(_ option: CURLoption, list strings: [String]) {
    var list: UnsafeMutablePointer<curl_slist>?
    for string in strings {
      guard let longer = curl_slist_append(list, string) else { return require(CURLE_OUT_OF_MEMORY) }
      list = longer
    }
    guard let list else { return }
    lists.append(list)
    require(curl_set_pointer(handle, option, list))
  }

  /// A request body that curl copies.
  func setBody(_ bytes: [UInt8]) {
    require(curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
    (bytes + [0]).withUnsafeBytes { require(curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)) }
  }

  /// Bytes that curl fetches as it sends them.
  func setUpload(_ bytes: [UInt8]) {
    upload = bytes[...]
    set(CURLOPT_UPLOAD, 1)
    require(curl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(bytes.count)))
    require(curl_set_callback(handle, CURLOPT_READFUNCTION, sendUpload))
    require(curl_set_pointer(handle, CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque()))
  }

  func outcome(_ code: CURLcode) -> CurlOutcome {
    var status = 0
    curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    return CurlOutcome(
      code: code.rawValue, status: status, lines: lines, body: body, certificate: certificate, fault: fault)
  }

  private var certificate: [String] {
    guard let found = curl_get_certificates(handle)?.pointee, found.num_of_certs > 0 else { return [] }
    var fields: [String] = []
    var next = found.certinfo?.pointee
    while let field = next {
      fields.append(String(cString: field.pointee.data))
      next = field.pointee.next
    }
    return fields
  }

  private func require(_ code: CURLcode) {
    if code != CURLE_OK, fault == nil { fault = .broken(code: Int(code.rawValue)) }
  }

  // MARK: Callbacks, on the driver's thread

  fileprivate func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
    received += bytes.count
    guard received <= responseLimit else {
      fault = .tooLarge(limit: responseLimit)
      return 0
    }
    guard let sink else {
      body.append(contentsOf: bytes)
      return bytes.count
    }
    var status = 0
    curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    guard (200..<300).contains(status) else {
      body.append(contentsOf: bytes.prefix(max(0, Self.refusalLimit - body.count)))
      return bytes.count
    }
    guard sink(bytes, announcedLength) else {
      fault = .cancelled
      return 0
    }
    return bytes.count
  }

  private var announcedLength: Int? {
    let field = lines.first { $0.lowercased().hasPrefix("content-length:") }
    return field.flatMap { Int($0.dropFirst("content-length:".count).trimmed) }
  }

  fileprivate func receive(line bytes: UnsafeRawBufferPointer) -> Int {
    let line = String(decoding: bytes, as: UTF8.self).trimmed
    if line.hasPrefix("HTTP/") { lines.removeAll() }  // an interim answer came before
    lineBytes += bytes.count
    guard lineBytes <= Self.lineBytesLimit else {
      fault = .tooLarge(limit: Self.lineBytesLimit)
      return 0
    }
    lines.append(line)
    return bytes.count
  }

  fileprivate func send(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let part = upload.prefix(buffer.count)
    buffer.copyBytes(from: part)
    upload = upload.dropFirst(part.count)
    return part.count
  }

  fileprivate func open(_ target: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    guard let address = curl_sockaddr_address(target).flatMap({ IPAddress($0) }), permits(address) else {
      fault = .forbiddenAddress(host: "the host")
      return -1
    }
    #if canImport(Glibc)
      let closeOnExec = CInt(SOCK_CLOEXEC.rawValue)
    #else
      let closeOnExec: CInt = 0
    #endif
    return socket(target.pointee.family, target.pointee.socktype | closeOnExec, target.pointee.protocol)
  }
}

/// `curl_global_init`, once in the process, before anything else of libcurl.
enum CurlLibrary {
  static let isReady = curl_start() == CURLE_OK
}

private typealias DataCallback =
  @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int

private let receiveBody: DataCallback = { data, size, count, context in
  guard let context else { return 0 }
  return Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    .receive(UnsafeRawBufferPointer(start: data, count: size * count))
}

private let receiveLine: DataCallback = { data, size, count, context in
  guard let context else { return 0 }
  return Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    .receive(line: UnsafeRawBufferPointer(start: data, count: size * count))
}

private let sendUpload: DataCallback = { data, size, count, context in
  guard let context else { return 0 }
  return Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    .send(into: UnsafeMutableRawBufferPointer(start: data, count: size * count))
}

private let openSocket: curl_opensocket_callback = { context, _, target in
  guard let context, let target else { return -1 }
  return Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue().open(target)
}
