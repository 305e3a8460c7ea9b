import Conversions
import Core

let click = ClickID(at: Timestamp(seconds: 1_795_255_200))
let arrival = Timestamp(seconds: 1_795_258_800)

/// How a network can send the same parameters.
enum Transport: CaseIterable {
  case query, form, json, multipart

  func hit(_ parameters: [(String, String)]) -> PostbackHit {
    switch self {
    case .query: return PostbackHit(id: ConversionID(at: arrival), query: Transport.urlEncoded(parameters))
    case .form:
      return post("application/x-www-form-urlencoded; charset=utf-8", Transport.urlEncoded(parameters))
    case .json:
      let members = parameters.map { "\(JSONValue.string($0.0).text): \(JSONValue.string($0.1).text)" }
      return post("application/json", "{\(members.joined(separator: ", "))}")
    case .multipart:
      let parts = parameters.map {
        "--frontier\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n"
      }
      return post("multipart/form-data; boundary=\"frontier\"", parts.joined() + "--frontier--\r\n")
    }
  }

  static func urlEncoded(_ parameters: [(String, String)]) -> String {
    parameters.map { "\($0.0)=\(PercentCoding.encodeComponent($0.1))" }.joined(separator: "&")
  }
}

func get(_ query: String) -> PostbackHit { PostbackHit(id: ConversionID(at: arrival), query: query) }

func post(_ type: String?, _ body: String, query: String = "") -> PostbackHit {
  PostbackHit(
    id: ConversionID(at: arrival), method: .post, query: query, contentType: type, body: Array(body.utf8))
}

/// What the hit is refused with; nil if it is read.
func fault(_ hit: PostbackHit) -> PostbackFault? {
  do throws(PostbackFault) {
    _ = try PostbackParameters(hit)
    return nil
  } catch {
    return error
  }
}

/// The same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
