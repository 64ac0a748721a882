"""The OpenAPI description, with the one shape of errors at every operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ninja import NinjaAPI

from plumbline.api.schemas import ErrorOut

if TYPE_CHECKING:
    from ninja.openapi.schema import OpenAPISchema

_REF: Final = "#/components/schemas/{model}"
_ERROR: Final = {
    "description": "What went wrong",
    "content": {"application/json": {"schema": {"$ref": _REF.format(model="ErrorOut")}}},
}


class Described(NinjaAPI):
    """An API that says of every operation how it refuses."""

    def get_openapi_schema(self, **more: Any) -> OpenAPISchema:  # noqa: ANN401 - as ninja has it
        """The description of OpenAPI 3.1."""
        schema = super().get_openapi_schema(**more)
        own = ErrorOut.model_json_schema(ref_template=_REF)
        schema["components"]["schemas"] |= own.pop("$defs") | {"ErrorOut": own}
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"]["4XX"] = _ERROR
        return schema
