import Hummingbird
import ArgumentParser
import Crypto
import HummingbirdCore
@main struct Main { static func main() {} }
