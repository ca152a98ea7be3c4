"""The register of papers in DynamoDB, one partition per lease, by day."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError

from chalicelib.domain.documents import Document, DocumentKind
from chalicelib.domain.errors import Absent
from chalicelib.storage.table import Day, Item, Whole, condition_failed

DAY_AT = slice(-43, -33)


class DocumentItem(Item, discriminator="document"):
    """A paper as written in the table."""

    id = UnicodeAttribute()
    lease = UnicodeAttribute()
    document = UnicodeAttribute()
    title = UnicodeAttribute()
    issued_on = Day()
    key = UnicodeAttribute()
    size_bytes = Whole()
    file_name = UnicodeAttribute()

    def to_domain(self) -> Document:
        """Give the paper as the domain knows it."""
        return Document(
            self.id,
            self.lease,
            DocumentKind(self.document),
            self.title,
            self.issued_on,
            self.key,
            self.size_bytes,
            self.file_name,
        )


class DynamoDocuments:
    """Implements ``chalicelib.domain.documents.Documents``."""

    def add(self, document: Document) -> None:
        """Register a paper; the same paper has the same key and the same content, and stays as it is."""
        item = DocumentItem(
            _key(document.lease),
            _sort_key(document.id),
            id=document.id,
            lease=document.lease,
            document=document.kind.value,
            title=document.title,
            issued_on=document.issued_on,
            key=document.key,
            size_bytes=document.size_bytes,
            file_name=document.file_name,
        )
        try:
            item.save(condition=DocumentItem.pk.does_not_exist())
        except PutError as error:
            if not condition_failed(error):
                raise

    def get(self, lease: str, id: str) -> Document:
        """Read a paper of a lease."""
        try:
            return DocumentItem.get(_key(lease), _sort_key(id)).to_domain()
        except DocumentItem.DoesNotExist as error:
            raise Absent(id) from error

    def of_lease(self, lease: str, after: str = "", limit: int = 50) -> tuple[list[Document], str]:
        """Read a lease's papers, newest first."""
        before = DocumentItem.sk < _sort_key(after) if after else None
        found = list(
            DocumentItem.query(
                _key(lease), before, scan_index_forward=False, limit=limit + 1, page_size=limit + 1
            )
        )
        page = [item.to_domain() for item in found[:limit]]
        return page, page[-1].id if len(found) > limit else ""


def _key(lease: str) -> str:
    return f"PAPERS#{lease}"


def _sort_key(id: str) -> str:
    """Put the day first: an id ends with ``<yyyy-mm-dd>-<32 characters>``."""
    return f"{id[DAY_AT]}#{id}"
