"""The register of papers in DynamoDB, one partition per lease, by day."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError

from chalicelib.domain.consents import Consent
from chalicelib.domain.documents import PDF, Document, DocumentKind
from chalicelib.domain.errors import Absent
from chalicelib.storage.consents import ConsentItem
from chalicelib.storage.keys import papers_key
from chalicelib.storage.table import Day, Item, Moment, Whole, backwards, condition_failed

DAY_AT = slice(-43, -33)
MOST_PAPERS = 1_000
FIRST_PAPER, LAST_PAPER, LAST_CONSENT = "0", "9~", "CONSENT#~"


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
    number = UnicodeAttribute(null=True)
    cents = Whole(null=True)
    month = UnicodeAttribute(null=True)
    of = UnicodeAttribute(null=True)
    code = UnicodeAttribute(null=True)
    void_at = Moment(null=True)
    void_reason = UnicodeAttribute(null=True)
    media_type = UnicodeAttribute(null=True)

    def to_domain(self) -> Document:
        """Give the paper as the domain knows it, past PynamoDB's descriptors: a lease has hundreds."""
        said = self.attribute_values
        return Document(
            said["id"],
            said["lease"],
            DocumentKind(said["document"]),
            said["title"],
            said["issued_on"],
            said["key"],
            said["size_bytes"],
            said["file_name"],
            said.get("number", ""),
            said.get("cents"),
            said.get("month", ""),
            said.get("of", ""),
            said.get("code", ""),
            said.get("void_at"),
            said.get("void_reason", ""),
            said.get("media_type", PDF),
        )


class DynamoDocuments:
    """Implements ``chalicelib.domain.documents.Documents``."""

    def add(self, document: Document) -> None:
        """Register a paper; the same paper has the same key and the same content, and stays as it is."""
        try:
            document_item(document).save(condition=DocumentItem.pk.does_not_exist())
        except PutError as error:
            if not condition_failed(error):
                raise

    def get(self, lease: str, id: str) -> Document:
        """Read a paper of a lease."""
        try:
            return DocumentItem.get(papers_key(lease), _sort_key(id)).to_domain()
        except DocumentItem.DoesNotExist as error:
            raise Absent(id) from error

    def of_lease(self, lease: str, after: str = "", limit: int = 50) -> tuple[list[Document], str]:
        """Read a lease's papers, newest first."""
        before = DocumentItem.sk < (_sort_key(after) if after else LAST_PAPER)
        found = list(
            DocumentItem.query(
                papers_key(lease), before, scan_index_forward=False, limit=limit + 1, page_size=limit + 1
            )
        )
        page = [item.to_domain() for item in found[:limit]]
        return page, page[-1].id if len(found) > limit else ""

    def everything(self, lease: str, *, fresh: bool = False) -> tuple[list[Document], dict[str, Consent]]:
        """Read the consents, then the newest thousand papers; ``of_lease`` goes on after these."""
        consents: dict[str, Consent] = {}
        papers: list[Document] = []
        for item in backwards(papers_key(lease), FIRST_PAPER, LAST_CONSENT, consistent=fresh):
            if isinstance(item, ConsentItem):
                consents[item.tenant] = item.to_domain()
            elif isinstance(item, DocumentItem):
                papers.append(item.to_domain())
            if len(papers) == MOST_PAPERS:
                break
        return papers, consents


def document_item(document: Document) -> DocumentItem:
    """Spell a paper for the table; what is empty is not written, nor that it is a PDF."""
    return DocumentItem(
        papers_key(document.lease),
        _sort_key(document.id),
        id=document.id,
        lease=document.lease,
        document=document.kind.value,
        title=document.title,
        issued_on=document.issued_on,
        key=document.key,
        size_bytes=document.size_bytes,
        file_name=document.file_name,
        number=document.number or None,
        cents=document.cents,
        month=document.month or None,
        of=document.of or None,
        code=document.code or None,
        void_at=document.void_at,
        void_reason=document.void_reason or None,
        media_type=document.media_type if document.media_type != PDF else None,
    )


def _sort_key(id: str) -> str:
    """Put the day first: an id ends with ``<yyyy-mm-dd>-<32 characters>``."""
    return f"{id[DAY_AT]}#{id}"
