import CPCRE2

/// A regular expression, compiled to machine code where the system lets us. It matches bytes: agents may hold any.
final class CompiledPattern: @unchecked Sendable {
  // SAFETY: nothing writes to the code after `init`; PCRE2 documents it as shareable between threads then.
  private let code: OpaquePointer

  /// - Throws: PCRE2's own words about what it does not understand.
  init(_ regex: String, ignoresCase: Bool) throws(PatternSyntaxError) {
    var error: Int32 = 0
    var offset = 0
    let options = PCRE2_DOLLAR_ENDONLY | (ignoresCase ? PCRE2_CASELESS : 0)
    let bytes = Array(regex.utf8)
    guard let code = pcre2_compile_8(bytes, bytes.count, options, &error, &offset, nil) else {
      throw PatternSyntaxError(code: error, offset: offset)
    }
    self.code = code
    // Where memory must not be written and run (hardened services), the same code is interpreted: slower, not wrong.
    _ = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
  }

  deinit { pcre2_code_free_8(code) }

  /// Looks for the first match; its groups are in `matcher` until the next call.
  func match(_ text: UnsafeBufferPointer<UInt8>, _ matcher: borrowing Matcher) -> MatchOutcome {
    let count = pcre2_match_8(code, text.baseAddress, text.count, 0, 0, matcher.groups, matcher.context)
    // Zero says that there are more groups than room for them.
    if count == 0 { return .matched(groups: Int(pcre2_get_ovector_count_8(matcher.groups))) }
    if count > 0 { return .matched(groups: Int(count)) }
    return count == PCRE2_ERROR_NOMATCH ? .missed : .gaveUp
  }
}

enum MatchOutcome: Equatable {
  /// - Parameter groups: One more than the highest group that took part.
  case matched(groups: Int)
  case missed
  /// The text makes the expression try more ways than we allow.
  case gaveUp
}

struct PatternSyntaxError: Error, CustomStringConvertible {
  let code: Int32
  /// In bytes from the start of the expression.
  let offset: Int

  var description: String {
    var text = [UInt8](repeating: 0, count: 200)
    let count = pcre2_get_error_message_8(code, &text, text.count)
    return "\(String(decoding: text.prefix(Int(max(0, count))), as: UTF8.self)) at \(offset)"
  }
}

/// What one thread needs while it matches: room for the groups, and the bound on work.
struct Matcher: ~Copyable {
  fileprivate let groups: OpaquePointer
  fileprivate let context: OpaquePointer

  /// Ways that one expression may try on one text. uap-core's own test agents stay far below it; an agent made to
  /// backtrack is given up within a fraction of a millisecond.
  static let limit: UInt32 = 20_000
  /// The whole and `$1`...`$9`.
  private static let groupLimit: UInt32 = 10

  /// Nil when there is no memory.
  init?() {
    guard let groups = pcre2_match_data_create_8(Matcher.groupLimit, nil) else { return nil }
    guard let context = pcre2_match_context_create_8(nil) else {
      pcre2_match_data_free_8(groups)
      return nil
    }
    pcre2_set_match_limit_8(context, Matcher.limit)
    pcre2_set_depth_limit_8(context, Matcher.limit)
    pcre2_set_heap_limit_8(context, 1_024)
    self.groups = groups
    self.context = context
  }

  deinit {
    pcre2_match_data_free_8(groups)
    pcre2_match_context_free_8(context)
  }

  /// What group `number` (0 is the whole, below the count of the outcome) has taken of the text last matched; nil if it
  /// took no part.
  func group(_ number: Int, of text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
    guard let offsets = pcre2_get_ovector_pointer_8(groups) else { return nil }
    let (start, end) = (offsets[2 * number], offsets[2 * number + 1])
    // PCRE2_UNSET is -1 here; \K in a look-ahead can set the start behind the end.
    guard start >= 0, start <= end, end <= text.count else { return nil }
    return UnsafeBufferPointer(rebasing: text[start..<end])
  }
}
