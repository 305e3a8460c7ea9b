/// What a Chromium browser says of itself beside its frozen user agent: the `Sec-CH-UA` header fields as they came.
public struct ClientHints: Hashable, Sendable {
  /// `Sec-CH-UA`: `"Not)A;Brand";v="8", "Chromium";v="138", "Brave";v="138"`.
  public var brands: String?
  /// `Sec-CH-UA-Mobile`: `?1` or `?0`.
  public var mobile: String?
  /// `Sec-CH-UA-Platform`: `"Windows"`.
  public var platform: String?
  /// `Sec-CH-UA-Model`: `"Pixel 8"`. Only browsers that were asked for it send it.
  public var model: String?

  public init(brands: String? = nil, mobile: String? = nil, platform: String? = nil, model: String? = nil) {
    self.brands = brands
    self.mobile = mobile
    self.platform = platform
    self.model = model
  }
}
