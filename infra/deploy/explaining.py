"""What boto3 complains of, in one line for the operator (« explication »)."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

NOT_BEGUN, FAILED = 2, 1
WITHOUT = (NoCredentialsError, PartialCredentialsError, ProfileNotFound)
SIGN_IN = (SSOError, TokenRetrievalError, CredentialRetrievalError)
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
UNKNOWN = {
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AuthFailure",
}
FORBIDDEN = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}


def explained(error: ClientError | BotoCoreError) -> tuple[int, str]:
    """Give the exit code and the line for something that AWS, or the way there, refused."""
    if isinstance(error, WITHOUT):
        return NOT_BEGUN, f"no credentials for AWS: sign in first ({error})"
    if isinstance(error, SIGN_IN):
        return NOT_BEGUN, f"the credentials have expired: sign in again ({error})"
    if not isinstance(error, ClientError):
        return FAILED, f"AWS does not answer: {error}"
    told = error.response["Error"]
    code, message = told["Code"], told.get("Message", "")
    if code in EXPIRED:
        return NOT_BEGUN, "the credentials have expired: sign in again"
    if code in UNKNOWN:
        return NOT_BEGUN, f"AWS does not know these credentials ({code}): sign in again"
    if code in FORBIDDEN:
        return NOT_BEGUN, f"these credentials may not do this ({error.operation_name}): {message}"
    return FAILED, f"AWS refuses {error.operation_name}: {code}: {message}"
