"""The numbers of the world by libphonenumber, as Python has it (« phonenumberslite »)."""

import re
import unicodedata

from chalicelib.domain.exchange.cells import WrongCell
from chalicelib.domain.phones import DEAR, NO_NUMBER

# A number without a country is one of the metropolis, or else of a department overseas: they dial alike, and
# are written alike, two figures at a time, since a number may look like one of both.
REGIONS = ("FR", "GP", "MQ", "GF", "RE")
WITH_ZERO = {33, 590, 594, 596, 262}
_LONGEST = 40
_TYPED = re.compile(r"\+?[\d\s().\u2010-\u2015/-]+", re.ASCII)


def _without_marks(typed: str) -> str:
    """Drop the invisible marks that lists of contacts put around numbers; write wide figures as others."""
    plain = unicodedata.normalize("NFKC", typed)
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")


class LibPhoneBook:
    """Implements ``chalicelib.domain.phones.PhoneBook``; the library is loaded with the first number."""

    def spelled(self, typed: str) -> str:
        """Try the regions in turn; letters, which the library takes for keys of a telephone, are refused."""
        import phonenumbers
        from phonenumbers import PhoneNumberFormat, PhoneNumberType

        plain = re.sub(r"\s", " ", _without_marks(typed))
        if len(plain) > _LONGEST or not _TYPED.fullmatch(plain):
            raise WrongCell(NO_NUMBER)
        for region in REGIONS:
            try:
                number = phonenumbers.parse(plain, region)
            except phonenumbers.NumberParseException:
                continue
            if not phonenumbers.is_valid_number(number):
                continue
            if phonenumbers.number_type(number) == PhoneNumberType.PREMIUM_RATE:
                raise WrongCell(DEAR)
            if number.country_code in WITH_ZERO:
                digits = f"0{phonenumbers.national_significant_number(number)}"
                return " ".join(digits[start : start + 2] for start in range(0, len(digits), 2))
            return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
        raise WrongCell(NO_NUMBER)
