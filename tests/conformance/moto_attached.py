"""moto 5.2.1 plus what it lacks of the resources that carry security groups: `wiring.py` deploys them.

Importing this module patches moto in this process, as `moto_strict` does for the groups themselves.

  change sets    exports of a stack that one makes, which is how the AWS CLI deploys; imports in such a stack
  nested stacks  Fn::GetAtt STACK.Outputs.NAME
  services       NetworkConfiguration of AWS::ECS::Service; `availabilityZoneRebalancing` in answers
  functions      no ImageConfigResponse for an image without one
  databases      VPCSecurityGroups of AWS::RDS::DBInstance, which moto reads by the name of another property
"""

from moto.awslambda.models import LambdaFunction
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import ChangeSet, Stack, cloudformation_backends
from moto.ecs.models import Service
from moto.rds.models import DBInstance


_apply = ChangeSet.apply


def apply_change_set(self):
    exports = cloudformation_backends[self.stack.account_id][self.stack.region_name].exports
    self.stack.resource_map.cross_stack_resources = exports
    _apply(self)
    self.stack.template_dict = self.template_dict
    self.stack.output_map = self.stack._create_output_map()
    exports.update({export.name: export for export in self.stack.exports})


ChangeSet.apply = apply_change_set


def outputs_of_stack(self, attribute):
    """Fn::GetAtt of a nested stack."""
    for output in self.output_map.values():
        if attribute == f"Outputs.{output.key}":
            return output.value
    raise ValidationError(message=f"Template error: stack {self.name} has no attribute {attribute}")


Stack.get_cfn_attribute = outputs_of_stack

_create_database = DBInstance.create_from_cloudformation_json.__func__


def create_database(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    properties = dict(cloudformation_json["Properties"])
    properties["VpcSecurityGroupIds"] = properties.pop("VPCSecurityGroups", [])
    return _create_database(
        cls, resource_name, cloudformation_json | {"Properties": properties}, account_id, region_name, **kwargs
    )


DBInstance.create_from_cloudformation_json = classmethod(create_database)


_create_service = Service.create_from_cloudformation_json.__func__


def create_service(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    service = _create_service(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
    network = cloudformation_json["Properties"].get("NetworkConfiguration")
    if network:
        written = network["AwsvpcConfiguration"].items()
        named = {name[0].lower() + name[1:]: value for name, value in written}
        service.network_configuration = service._validate_network({"awsvpcConfiguration": named})
    return service


Service.create_from_cloudformation_json = classmethod(create_service)
Service.availability_zone_rebalancing = "DISABLED"

_configuration = LambdaFunction.get_configuration


def get_configuration(self, on_create=False):
    found = _configuration(self, on_create)
    image = found.get("ImageConfigResponse", {}).get("ImageConfig", {})
    if not any(image.values()):
        found.pop("ImageConfigResponse", None)
    return found


LambdaFunction.get_configuration = get_configuration
